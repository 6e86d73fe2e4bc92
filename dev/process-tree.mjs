// Shared by the watchdog, which must start fast, and by processes.ts.
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

/** Every process as [pid, parent's pid]: from /proc, or from ps where there is none. */
function processes() {
  try {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .flatMap(name => {
        try {
          return [[Number(name), Number(fields(name)[1])]]
        } catch {
          return []
        }
      })
  } catch {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    return table
      .trim()
      .split('\n')
      .map(line => line.trim().split(/\s+/).map(Number))
  }
}

/** [state, ppid, ...] of /proc/PID/stat; the name before them may hold spaces and parentheses. */
function fields(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** The pids of a process and of all that descend from it. */
export function processTree(pid) {
  const all = processes()
  const tree = [pid]
  for (const parent of tree) for (const [child, ppid] of all) if (ppid === parent) tree.push(child)
  return tree
}

/** Whether a process runs; one that is dead but not yet reaped by its parent does not. */
export function isRunning(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code !== 'EPERM') return false
  }
  try {
    return !'ZX'.includes(fields(pid)[0])
  } catch {
    return process.platform !== 'linux'
  }
}

/** SIGKILL to a process and all its descendants; gives their pids. */
export function killTree(pid) {
  const tree = processTree(pid)
  for (const member of tree) {
    try {
      process.kill(member, 'SIGKILL')
    } catch {
      // already gone
    }
  }
  return tree
}

/** The command line of a running process, or '' when it is gone. */
export function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    if (process.platform === 'linux') return ''
    try {
      return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).trim()
    } catch {
      return ''
    }
  }
}
