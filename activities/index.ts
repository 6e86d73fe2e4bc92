import type { Hub } from '../src/hub.ts'

/** The activities of each task queue. */
export function createActivities(_hub: Hub) {
  return {
    connections: {},
    sync: {},
    delivery: {},
  }
}
