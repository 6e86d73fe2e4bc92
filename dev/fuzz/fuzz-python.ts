import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../temporal/temporal-binary.ts'

const version = '4.32.5'

/** A Python that has schemathesis, in a virtual environment of its own in the user's cache; made at the first use. Gives its path. */
export async function pythonWithSchemathesis(say: (line: string) => void): Promise<string> {
  const folder = join(dirname(cacheFolder()), `schemathesis-${version}`)
  const isWindows = process.platform === 'win32'
  const python = join(folder, isWindows ? 'Scripts' : 'bin', isWindows ? 'python.exe' : 'python')
  const isThere = () => existsSync(python) && run(python, ['-c', `import schemathesis`])
  if (isThere()) return python
  say(`Installing schemathesis ${version} from PyPI, once…`)
  mkdirSync(dirname(folder), { recursive: true })
  const made = ['python3', 'python'].some(name => run(name, ['-m', 'venv', '--clear', folder]))
  if (!made) throw new Error('npm run fuzz needs Python 3.10 or later, with its venv module')
  if (!run(python, ['-m', 'pip', 'install', '--quiet', `schemathesis==${version}`]) || !isThere()) {
    throw new Error('schemathesis could not be installed')
  }
  return python
}

function run(program: string, args: string[]): boolean {
  return spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
}
