import * as z from 'zod';
import { CommandFailure } from '../failure.ts';
import type { DeployedFunction } from './deployed-port.ts';

/** A function as the deployment file describes it, as far as it is compared. */
export interface WrittenFunction extends DeployedFunction {
  readonly name: string;
  readonly region: string;
}

const trigger = z.object({
  triggerName: z.string(),
  triggerType: z.string(),
  qualifier: z.string().optional(),
  triggerConfig: z.unknown(),
});

const rendered = z.object({
  resources: z.record(
    z.string(),
    z.object({
      props: z.object({
        functionName: z.string(),
        region: z.string(),
        runtime: z.string(),
        handler: z.string(),
        memorySize: z.number().optional(),
        timeout: z.number().optional(),
        role: z.string().optional(),
        cpu: z.number().optional(),
        environmentVariables: z.record(z.string(), z.string()).optional(),
        triggers: z.array(trigger).optional(),
        concurrencyConfig: z.object({ reservedConcurrency: z.number() }).optional(),
        asyncInvokeConfig: z
          .object({
            maxAsyncRetryAttempts: z.number().optional(),
            maxAsyncEventAgeInSeconds: z.number().optional(),
            destinationConfig: z.object({ onFailure: z.object({ destination: z.string() }).optional() }).optional(),
          })
          .optional(),
      }),
    }),
  ),
});

/** The functions of a deployment file as Serverless Devs renders it. @throws CommandFailure `NotRendered` where it is none */
export function writtenFunctions(document: unknown, file: string): readonly WrittenFunction[] {
  const parsed = rendered.safeParse(document);
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new CommandFailure('NotRendered', `${file} does not describe functions (${where}); 'npm run check:s-yaml' says more.`);
  }
  return Object.values(parsed.data.resources).map(({ props }) => {
    const { functionName, region, runtime, handler, memorySize, timeout, role, cpu } = props;
    const { maxAsyncRetryAttempts, maxAsyncEventAgeInSeconds, destinationConfig } = props.asyncInvokeConfig ?? {};
    return {
      ...{ name: functionName, region, props: { runtime, handler, memorySize, timeout, role, cpu } },
      environment: props.environmentVariables ?? {},
      triggers: (props.triggers ?? []).map(({ triggerName, triggerType, qualifier, triggerConfig }) => ({
        ...{ name: triggerName, type: triggerType, qualifier, config: triggerConfig },
      })),
      reservedConcurrency: props.concurrencyConfig?.reservedConcurrency,
      ...{ retries: maxAsyncRetryAttempts, eventAgeSeconds: maxAsyncEventAgeInSeconds },
      failureDestination: destinationConfig?.onFailure?.destination,
    };
  });
}
