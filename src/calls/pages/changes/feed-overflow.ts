/** Thrown when a change feed cannot tell everything since a time: only reading everything can. */
export class FeedOverflow extends Error {}
