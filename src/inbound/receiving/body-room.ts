import { HubError } from '../../errors.ts'

/**
 * Bounds the bytes of webhook bodies that this process holds before their senders are verified. An app, or a sender's network,
 * gets no more than a share of the room, so that a flood from one leaves room for the others.
 */
export class BodyRoom {
  readonly #bytes: number
  readonly #share: number
  readonly #held = new Map<string, number>()
  #sum = 0

  constructor(bytes: number, share: number) {
    this.#bytes = bytes
    this.#share = share
  }

  /** What one request holds, on account of these names. @param expected how many bytes it says that it brings */
  enter(names: string[], expected: number): BodyPlace {
    let taken = 0
    const check = (bytes: number) => {
      if (this.#sum + bytes > this.#bytes) throw refused('The webhooks under way are too large together')
      if (names.some(name => (this.#held.get(name) ?? 0) + bytes > this.#share))
        throw refused('The webhooks of this sender or to this app that are under way are too large together')
    }
    const add = (bytes: number) => {
      taken += bytes
      this.#sum += bytes
      for (const name of names) {
        const held = (this.#held.get(name) ?? 0) + bytes
        if (held === 0) this.#held.delete(name)
        else this.#held.set(name, held)
      }
    }
    // What is only announced takes no room: else announcing would be a cheap way to fill it.
    check(expected)
    return {
      take(bytes) {
        check(bytes)
        add(bytes)
      },
      leave: () => add(-taken),
    }
  }

  /** The bytes held now. */
  get held(): number {
    return this.#sum
  }
}

/** What a request holds of the room, until it leaves. */
export interface BodyPlace {
  /** @throws HubError `RATE_LIMITED` when there is no room for so many bytes more */
  take(bytes: number): void
  leave(): void
}

const refused = (message: string) =>
  new HubError('RATE_LIMITED', { message: `${message}; wait as Retry-After says.`, retryAfterMs: 1_000 })
