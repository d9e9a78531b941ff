/** What has happened in an account or a group, for reports on a rehearsal. Times are milliseconds summed over nodes or sessions. */
export interface Statistics {
  /** Time for which subscription nodes were held. */
  subscriptionNodeMs: number;
  /** Time for which pay-as-you-go nodes were held, booting and stopping included. */
  payAsYouGoNodeMs: number;
  /** Sessions that began. */
  sessionsStarted: number;
  /** Attempts to connect that found no free app instance. */
  deniedNoInstance: number;
  /** Attempts to connect that were refused because the group was drained, not published or the user not authorized. */
  deniedOther: number;
  /** Visits that were given up after every attempt was denied. */
  visitsLost: number;
  /** Connected sessions that were ended by the service or an administrator. */
  sessionsInterrupted: number;
  /** Disconnected sessions that were ended by the service or an administrator before their timeout. */
  disconnectedEnded: number;
  /** App instances that were wiped after their user was unbound, with what lay on them. */
  instancesWiped: number;
  /** Disconnected sessions that reached the group's session timeout. */
  sessionsTimedOut: number;
  /** Subscriptions of groups and workstations that ran out. */
  lapses: number;
  /** Mails to users about access that was given or taken away. */
  mailsSent: number;
}

/** Statistics before anything has happened. */
export function emptyStatistics(): Statistics {
  return {
    subscriptionNodeMs: 0,
    payAsYouGoNodeMs: 0,
    sessionsStarted: 0,
    deniedNoInstance: 0,
    deniedOther: 0,
    visitsLost: 0,
    sessionsInterrupted: 0,
    disconnectedEnded: 0,
    instancesWiped: 0,
    sessionsTimedOut: 0,
    lapses: 0,
    mailsSent: 0,
  };
}
