import type { TenantScene } from './scene.ts'

/** One thing that workspaces share: what the quiet one does, and who is noisy meanwhile. */
export interface TenantCase {
  /** Named in the rows; the key in the list of cases is the word for `--only`. */
  name: string
  /** How many noisy ones there are, one measurement each. */
  counts: readonly number[]
  /** How often the quiet one does it at least, where that takes seconds each time. */
  fewest?: number
  /** Makes what both sides need before anything is measured. */
  prepare(scene: TenantScene): Promise<PreparedCase>
}

export interface PreparedCase {
  /**
   * Once what the quiet workspace does. Gives the milliseconds it took, when the time of the call is not what counts.
   * An error counts as a failure of the quiet one, for which there is no excuse.
   */
  quiet(): Promise<number | void>
  /** Makes so many noisy ones busy; resolves when they are, and gives what ends them: what they came to, in a few words. */
  noise(count: number): Promise<() => Promise<string>>
}

/** One, ten and a hundred noisy ones. */
export const usualCounts: readonly number[] = [1, 10, 100]
