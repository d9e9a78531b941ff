/** What to do about failures, by their codes; the first that matches counts. One text for each cause, whoever fails by it. */
const advices: readonly (readonly [codes: RegExp, advice: string])[] = [
  [/^order-unclear$/, "look for the order in the bill an hour later; if none is there, run 'streamwarden resolve' with --void"],
  [/^order-|Balance|Arrear|Payment/i, 'look at the balance and the open orders of the account, pay or cancel, and let the next run go on'],
  [/^call-unknown$/, 'nothing: the next run looks at what is there, and goes on from that'],
  [/^(NoPermission|Forbidden|AccessDenied|Denied$)/, "give the role what 'streamwarden ram-policy' prints for it"],
  [
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature|InvalidSecurityToken|MissingSecurityToken|InvalidTimeStamp|EntityNotExist|Account|NoCredentials|Credentials)/,
    "check the keys, the role and the account with 'streamwarden doctor'",
  ],
  [/^Throttling/, 'nothing, if the next run succeeds; if it lasts, let the timers begin on different minutes'],
  [
    /^(MalformedRecord|BrokenChain|NewerRecord|InvalidSegment)$/,
    "run 'streamwarden journal verify', which names the record and what to restore",
  ],
  [/^(Full|ReadOnly|NotDirectory|NoBucket|InvalidKey|Unsupported)$/, "put the store right; 'streamwarden doctor' tries it"],
  [
    /^(Busy|Unreachable|DeadlineExceeded|Aborted|Timeout|NoAnswer|ServiceUnavailable|InternalError|5)/,
    'nothing, if the next run succeeds; if it lasts, look at the status of the service and at the network',
  ],
  [/^(IncompleteList|observation-failed)$/, 'compare the list with the console if the next run says the same'],
  [/^NotTold$/, "repair the channels under tell, and try 'streamwarden notify test'"],
  [
    /^(Policy|PolicyMissing|PolicyFormat|Store|Unknown|Settings|LinkKey)/,
    "check the variables of the function with 'streamwarden doctor', and push or deploy again",
  ],
  [/^(Unexpected|defect|InvalidInput)$/, 'this is a defect of the program: report it with the log lines of this run'],
];

/** What to do about a failure of a code. */
export function adviceFor(code: string): string {
  return advices.find(([codes]) => codes.test(code))?.[1] ?? "run 'streamwarden doctor': it tries keys, permissions, store and channels";
}
