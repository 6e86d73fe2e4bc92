import { readFileSync, writeFileSync } from 'node:fs'

/** The most memory that a process held since its peak was last forgotten (VmHWM), in MB; 0 where the system does not tell. */
export function peakMb(pid: number): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Math.round(Number(line?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

/** Has a process's peak start anew from what it holds now, where the system can (Linux, proc(5): clear_refs). */
export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // The peak of all rows so far then stands for this one.
  }
}
