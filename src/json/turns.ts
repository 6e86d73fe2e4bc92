import { setImmediate as turn } from 'node:timers/promises'

let last: Promise<void> = Promise.resolve()

/**
 * Waits for a turn of the event loop that no other caller shares. Pieces of work that arrive together and take milliseconds
 * each, such as parsing large answers, thus leave room for everything else.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => turn())
  return last
}
