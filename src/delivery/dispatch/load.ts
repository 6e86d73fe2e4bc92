import type { Recorder } from './recorder.ts'

const mostInFlight = 1_024
const mostInLine = 512
const mostBytes = 24 * 1024 * 1024
const mostUnrecorded = 4_000

/** What one process has in hand, and how much more it takes on. */
export class Load {
  /** Requests under way. */
  inFlight = 0
  /** Deliveries in line of endpoints without a gate. */
  inLine = 0
  /** Of the payloads of what was claimed and has no result yet. */
  bytes = 0
  /** Nothing gets out at all: nothing is claimed. */
  paused = false
  delivered = 0
  failed = 0
  readonly #recorder: Recorder
  /** Who would send, were a request free. */
  readonly #waiting = new Set<() => void>()

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  get hasRoom(): boolean {
    return this.inLine < mostInLine && this.hasSpace
  }

  /** Apart from what is in line. */
  get hasSpace(): boolean {
    return this.bytes < mostBytes && this.#recorder.pending <= mostUnrecorded
  }

  get lineIsShort(): boolean {
    return this.inLine < mostInLine / 2
  }

  get freeBytes(): number {
    return Math.max(1, mostBytes - this.bytes)
  }

  /** Whether a request is free; otherwise `pump` is called when one is. */
  takesRequest(pump: () => void): boolean {
    if (this.inFlight < mostInFlight) return true
    this.#waiting.add(pump)
    return false
  }

  /** A request ended: those that wait for one go on. */
  freed(): void {
    for (const pump of this.#waiting) {
      if (this.inFlight >= mostInFlight) return
      this.#waiting.delete(pump)
      pump()
    }
  }
}
