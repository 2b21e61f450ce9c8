/** What the servers and who watches them know of each other: the paths, and what stands there. */
import { json } from 'zooid';

/** LeaderSelector: the one whose turn it is is the master. */
export const ELECTION = '/recommender/election';
/** GroupMembership: server → where it serves. */
export const SERVERS = '/recommender/servers';
/** The newest result, which is in Redis; it changes with each one. */
export const NEWEST = '/recommender/newest';

export interface Announcement {
  readonly round: number;
  readonly master: string;
}

export const announcementJson = json<Announcement>((value) => value as Announcement);
