import ipaddr from 'ipaddr.js'

interface Window {
  startedAtMs: number
  count: number
}

/**
 * Counts what each name does in windows of fixed length, in this process. Memory is bounded: beyond `capacity` names the
 * one whose window is oldest is forgotten.
 */
export class WindowCounter {
  readonly #windows = new Map<string, Window>()
  readonly #limit: number
  readonly #windowMs: number
  readonly #capacity: number

  constructor(limit: number, windowMs: number, capacity = 10_000) {
    this.#limit = limit
    this.#windowMs = windowMs
    this.#capacity = capacity
  }

  /** Counts one; the milliseconds until the next window when that is beyond the limit, else 0. */
  take(name: string, nowMs = Date.now()): number {
    let window = this.#windows.get(name)
    if (!window || nowMs - window.startedAtMs >= this.#windowMs) {
      window = { startedAtMs: nowMs, count: 0 }
      this.#windows.delete(name)
      this.#windows.set(name, window)
      this.#shrink()
    }
    window.count += 1
    return window.count > this.#limit ? this.#remaining(window, nowMs) : 0
  }

  /** The same without counting: whether the limit has been reached. */
  exhausted(name: string, nowMs = Date.now()): number {
    const window = this.#windows.get(name)
    if (!window || window.count < this.#limit) return 0
    return this.#remaining(window, nowMs)
  }

  /** Whether nobody did anything in the last window. */
  isQuiet(nowMs = Date.now()): boolean {
    for (const [oldest, { startedAtMs }] of this.#windows) {
      if (nowMs - startedAtMs < this.#windowMs) return false
      this.#windows.delete(oldest)
    }
    return true
  }

  #remaining(window: Window, nowMs: number): number {
    return Math.max(0, window.startedAtMs + this.#windowMs - nowMs)
  }

  #shrink(): void {
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= this.#capacity) return
      this.#windows.delete(oldest)
    }
  }
}

/** What counts as one address: an IPv4 address, or the /64 of an IPv6 address, which is one customer's. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  return parsed.parts.slice(0, 4).join(':')
}
