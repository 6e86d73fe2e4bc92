/**
 * The condition that `q` of delivery_queue is the row which another part of a statement names by `id` and `endpoint_id`. By
 * `= any(array[…])` and not by `=`: on a plain equality Postgres may walk a whole index as if for a merge, which it takes for
 * cheap whenever a VACUUM has just found the queue empty. With the endpoint, because it then takes delivery_queue_by_endpoint
 * for as good as the primary key, and without one would walk that for each row.
 */
export function sameRow(part: string): string {
  return `q.id = any(array[${part}.id]) and q.endpoint_id = any(array[${part}.endpoint_id])`
}
