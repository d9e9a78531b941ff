import * as z from 'zod/mini';

const notShown = 'no operation shows it again, so nobody could tell whether it holds';

/** Settings of a delivery group that the service takes and never shows (API notes, ModifyAppInstanceGroupAttribute, ModifyAppPolicy), by why they cannot be held. */
const writeOnly = {
  resetAfterUnbind: notShown,
  preOpenMode: notShown,
  preOpenAppId: notShown,
  perSessionPerApp: notShown,
  storagePolicy: notShown,
  network: notShown,
  domainRules: notShown,
  videoPolicy: 'no operation reads a policy back, and whether groups share one is not known',
} as const satisfies Readonly<Record<string, string>>;

/** A key that is there to be refused with its reason: as an unknown key it would only look misspelled. */
function refusedKey(why: string) {
  return z.exactOptional(
    z.pipe(
      z.unknown().check(z.meta({ description: `Cannot be enforced: ${why}.`, not: {} })),
      z.transform((input: unknown, payload): never => {
        payload.issues.push({
          code: 'custom',
          input,
          message: `cannot be enforced: ${why}; remove it and set it in the console`,
          params: { at: 'key' },
        });
        return z.NEVER;
      }),
    ),
  );
}

/** Keys of a rule that are refused, each with its reason. */
export const refusedKeys = Object.fromEntries(Object.entries(writeOnly).map(([key, why]) => [key, refusedKey(why)])) as Record<
  keyof typeof writeOnly,
  ReturnType<typeof refusedKey>
>;
