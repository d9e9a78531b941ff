/**
 * What goes wrong under a setting and cannot be mended from here, since nothing that the program can read tells it which way the service
 * behaves; and what an owner can do about it. Anything else that goes wrong fails `npm run assumptions`.
 */
export const bearable: Readonly<Record<string, { readonly wrongs: readonly string[]; readonly advice: string }>> = {
  'scheduleZone = UTC': {
    wrongs: ['groups were below their need'],
    advice: 'Nothing in an answer shows the zone. Look at one schedule in the console before trusting it, and set `serviceTimeZone`.',
  },
  'scheduleFallingEdge = cut': {
    wrongs: ['people were cut who should not'],
    advice:
      'The service itself would end sessions when a period ends, those of protected users too, since nobody is asked then. ' +
      'Put the groups on which they work under `protect.groups`: those get a fixed count, and no falling edge that nobody watches.',
  },
};
