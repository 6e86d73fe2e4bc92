import type { ErrorCode } from '../../../errors.ts'
import { failuresOfOutage } from '../policy.ts'

/** A platform does not work just now: its other rows wait without a call. */
export class PlatformDown extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode) {
    super('The platform does not work just now')
    this.code = code
  }
}

/**
 * Which platforms do not work, as one step of an import has found: several rows in a row have failed by it. One row that fails
 * may have an address of its own.
 */
export class Outages {
  readonly #failures = new Map<string, { count: number; code: ErrorCode }>()

  /** @throws PlatformDown */
  assertUp(provider: string): void {
    const known = this.#failures.get(provider)
    if (known && known.count >= failuresOfOutage) throw new PlatformDown(known.code)
  }

  failed(provider: string, code: ErrorCode): void {
    this.#failures.set(provider, { count: (this.#failures.get(provider)?.count ?? 0) + 1, code })
  }

  worked(provider: string): void {
    this.#failures.delete(provider)
  }
}
