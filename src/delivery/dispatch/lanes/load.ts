import type { Recorder } from '../recording/recorder.ts'
import { Requests } from './requests.ts'
import { Tally } from '../../../fairness/tally.ts'

/** How soon an endpoint answers: within a second, or later. */
export type Pace = 'quick' | 'unknown' | 'slow'

/** Endpoints of each pace have requests of their own: the quick never wait for the slow. */
const mostInFlight = { quick: 1_024, unknown: 480, slow: 816 }
const keptRequests = { quick: 32, unknown: 128, slow: 128 }
const mostInLine = 512
const mostBytes = 24 * 1024 * 1024
/** As much again in line, and so many bytes, are for workspaces that have little here, when the others have taken the rest. */
const quietBytes = 8 * 1024 * 1024
const mostUnrecorded = 4_000
const mostClaims = 8
const keptClaims = 2

/** What one process has in hand, and how much more it takes on. */
export class Load {
  /** What the general claims put in line. What was held before lines up within its lane's own bounds. */
  readonly line = new Tally()
  /** Of the payloads of what was claimed and has no result yet. */
  readonly bytes = new Tally()
  /** Nothing gets out at all: nothing is claimed. */
  paused = false
  delivered = 0
  failed = 0
  readonly #recorder: Recorder
  /** Requests under way, by the pace of their endpoints. */
  readonly requests: Record<Pace, Requests> = {
    quick: new Requests(mostInFlight.quick, keptRequests.quick),
    unknown: new Requests(mostInFlight.unknown, keptRequests.unknown),
    slow: new Requests(mostInFlight.slow, keptRequests.slow),
  }
  /** Claims under way of what is held, which have the general claim's connections. */
  readonly refills = new Requests(mostClaims, keptClaims)
  /** Claims under way through gates. */
  readonly gateClaims = new Requests(mostClaims, keptClaims)

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  get inFlight(): number {
    const { quick, unknown, slow } = this.requests
    return quick.taken + unknown.taken + slow.taken
  }

  get hasRoom(): boolean {
    return this.line.total < mostInLine && this.hasSpace
  }

  /** Apart from what is in line. */
  get hasSpace(): boolean {
    return this.bytes.total < mostBytes && this.#recorder.pending <= mostUnrecorded
  }

  get lineIsShort(): boolean {
    return this.line.total < mostInLine / 2
  }

  get freeBytes(): number {
    return Math.max(1, mostBytes - this.bytes.total)
  }

  /** Whether there is room for what is due of workspaces that have little here. */
  get hasQuietRoom(): boolean {
    return this.line.total < 2 * mostInLine && this.freeQuietBytes > 0
  }

  get freeQuietBytes(): number {
    return mostBytes + quietBytes - this.bytes.total
  }

  /** The workspaces that have more than their part, of the line or of the memory. */
  get busyWorkspaces(): string[] {
    return [...this.line.above(mostInLine / 2), ...this.bytes.above(quietBytes / 2)]
  }
}
