/**
 * What a queue row has for its endpoint's sake, as `insert into delivery_queue (…, ${queueRow.columns})`: rows of gated endpoints
 * wait, held, for their gate; those of ordered ones also know their line. Their place in line (`sequence`) is given by the
 * gate's holder once they are due, at the end of the line; only publishing gives it at once. So this is right for whatever is
 * resent, replayed, expanded or scheduled. A row that is already in the queue keeps its place: just change its `due_at`.
 */
export const queueRow = {
  columns: 'held, gated, ordering_key',
  /** The values, taken from a row of `endpoints` (null when the endpoint is gone) and one of `events`, by their aliases. */
  values: (endpoint: string, event: string) =>
    `coalesce(${endpoint}.gated or ${endpoint}.mode in ('recovering', 'draining', 'paused'), false),
     coalesce(${endpoint}.gated, false), case when ${endpoint}.ordered then coalesce(${event}.ordering_key, '') end`,
}
