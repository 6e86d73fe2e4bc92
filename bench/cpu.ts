import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const ticksPerSecond = 100

/** CPU time of some processes and all their descendants, in seconds, by name; zeros where the system has no /proc. */
export function cpuSeconds(processes: Record<string, number>): Record<string, number> {
  const spent = new Map<number, { parent: number; ticks: number }>()
  for (const name of listed()) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      // The second field is the command in parentheses, which may hold spaces.
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number)
      spent.set(Number(name), { parent: fields[1]!, ticks: fields[11]! + fields[12]! + fields[13]! + fields[14]! })
    } catch {
      // It has ended since.
    }
  }
  const within = (pid: number, root: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = spent.get(at)?.parent) {
      if (at === root) return true
    }
    return false
  }
  const total = (root: number) =>
    [...spent].filter(([pid]) => within(pid, root)).reduce((sum, [, { ticks }]) => sum + ticks, 0) / ticksPerSecond
  return Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, total(pid)]))
}

function listed(): string[] {
  try {
    return readdirSync('/proc').filter(name => /^\d+$/.test(name))
  } catch {
    return []
  }
}
