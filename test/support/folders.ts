import { existsSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'

/** More than the databases of a few files take together, and what they log. */
const roomNeeded = 3 * 2 ** 30

/** Where data that is thrown away is kept: Linux's folder in memory where it has room, as a database has 1,400 files, and is made there in a sixth of the time. */
export function quickestFolder(): string {
  const inMemory = '/dev/shm'
  if (process.platform !== 'linux' || !existsSync(inMemory)) return tmpdir()
  const { bavail, bsize } = statfsSync(inMemory)
  return bavail * bsize > roomNeeded && freemem() > 2 * roomNeeded ? inMemory : tmpdir()
}
