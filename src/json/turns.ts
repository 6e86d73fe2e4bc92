import { setImmediate as turn } from 'node:timers/promises'

let last: Promise<void> = Promise.resolve()

/**
 * Waits for a turn of the process's loop that is nobody else's who asks here: so that what comes together and takes some
 * milliseconds each, such as large answers to be parsed, leaves room for everything else in between.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => turn())
  return last
}
