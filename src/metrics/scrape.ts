import { withinDeadline } from '../deadline.ts'
import type { Logger } from '../logger.ts'
import { registry, scrapeErrors } from './registry.ts'

/** Reads facts from Postgres into gauges. It sets every series of its gauges, so that none stays at an old value. */
export interface GaugeSource<Parts> {
  /** Short and fixed: it is a label. */
  name: string
  read(parts: Parts): Promise<void>
}

const timeoutMs = 2_000
const freshMs = 5_000

/**
 * Everything the process measures, in Prometheus' text format. Gauges that are read from Postgres are read at most every 5
 * seconds however many ask, each source within 2 seconds; a source that fails is counted and leaves the others alone.
 */
export function createScrape<Parts extends { log: Logger }>(
  hub: Parts,
  sources: GaugeSource<Parts>[],
): () => Promise<string> {
  let reading: Promise<unknown> = Promise.resolve()
  let readAtMs = 0
  const read = async (source: GaugeSource<Parts>) => {
    try {
      await withinDeadline(source.read(hub), timeoutMs, source.name)
    } catch (error) {
      scrapeErrors.inc({ source: source.name })
      hub.log.warn({ err: error, source: source.name }, 'a metric could not be read')
    }
  }
  return async () => {
    if (Date.now() - readAtMs > freshMs) {
      readAtMs = Date.now()
      reading = Promise.all(sources.map(read))
    }
    await reading
    return registry.metrics()
  }
}
