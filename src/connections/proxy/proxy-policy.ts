/** Proxied calls under way in one process: of all workspaces, kept for those that have none, and of one workspace. */
export const proxyPlaces = { places: 256, kept: 64, each: 64, timesFree: 1 }
/** How many may wait for a place, and for how long. */
export const mostWaiting = 512
export const placeWaitMs = 5_000
/** A permit that is to be had sooner is waited for; else the caller is told when to come again. */
export const permitWaitMs = 5_000

/** How long the platform may say nothing: before its answer, and within it. */
export const silentMs = 60_000
/** How long one proxied call may take in all, its bodies included. */
export const totalMs = 10 * 60_000
/** A body of a stated length up to this is held, so that it can be sent again with a new token; a longer one only passes through. */
export const heldBodyBytes = 64 * 1024
export const mostRedirects = 5

/** For how long a connection's target is called without looking whether anything has changed. */
export const unseenForMs = 1_000
/** For how long a target is kept that nobody calls, its token with it; and how many are. */
export const targetKeptMs = 60_000
export const mostTargets = 1_000
/** A token that was refused right after it was got is not replaced again for so long: the refusal is about something else. */
export const replacedApartMs = 60_000

/** How often it is written into the audit log how many calls went through the proxy. */
export const countedEveryMs = 5 * 60_000
