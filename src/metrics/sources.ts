import type { GaugeSource } from './scrape.ts'

/** The features whose state is measured when metrics are asked for. */
export const gaugeSources: GaugeSource[] = []
