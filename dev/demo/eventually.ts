import { setTimeout as sleep } from 'node:timers/promises'

/** Thrown when something that the demonstration says would happen did not. */
export class DidNotHold extends Error {
  override readonly name = 'DidNotHold'
}

/** Fails the step unless the condition holds. */
export function hold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new DidNotHold(otherwise)
}

/**
 * Asks until an answer is not undefined; gives it.
 * @throws DidNotHold saying what was waited for, after `withinMs`
 */
export async function eventually<T>(what: string, withinMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new DidNotHold(`waited ${Math.round(withinMs / 1000)} s for ${what}`)
    await sleep(250)
  }
}
