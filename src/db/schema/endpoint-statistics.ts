/**
 * The attempts at an endpoint in one minute and in one hour, as one process counted them: for charts, those of all
 * processes are added up. Partitioned by day.
 */
export interface EndpointStatisticsTable {
  endpoint_id: string
  /** The length of the period: 1 or 60. */
  minutes: number
  /** When the period began. */
  at: Date
  /** Unique to each start of a process, since it writes the period's totals over its own earlier ones. */
  worker: string
  workspace_id: string
  succeeded: number
  failed: number
  /** The buckets of durations that are not empty, and how many attempts are in each. */
  buckets: number[]
  counts: number[]
}
