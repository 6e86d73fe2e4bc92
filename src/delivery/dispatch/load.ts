import type { Pace } from './lane.ts'
import type { Recorder } from './recorder.ts'
import { Requests } from './requests.ts'

/** Endpoints of each pace have requests of their own: the quick never wait for the slow. */
const mostInFlight = { quick: 1_024, unknown: 256, slow: 512 }
const mostInLine = 512
const mostBytes = 24 * 1024 * 1024
const mostUnrecorded = 4_000

/** What one process has in hand, and how much more it takes on. */
export class Load {
  /** What the general claims put in line. What was held before lines up within its lane's own bounds. */
  inLine = 0
  /** Of the payloads of what was claimed and has no result yet. */
  bytes = 0
  /** Nothing gets out at all: nothing is claimed. */
  paused = false
  delivered = 0
  failed = 0
  readonly #recorder: Recorder
  /** Requests under way, by the pace of their endpoints. */
  readonly requests: Record<Pace, Requests> = {
    quick: new Requests(mostInFlight.quick),
    unknown: new Requests(mostInFlight.unknown),
    slow: new Requests(mostInFlight.slow),
  }

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  get inFlight(): number {
    const { quick, unknown, slow } = this.requests
    return quick.underWay + unknown.underWay + slow.underWay
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
}
