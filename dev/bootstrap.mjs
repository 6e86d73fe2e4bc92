// Plain JavaScript for any recent Node, since it runs before anything is installed:
//   node dev/bootstrap.mjs <script.ts> [args]
// installs what is missing, then runs the script on the Node that package.json brings.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const node = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node')

/**
 * npm writes node_modules/.package-lock.json as its last step and lists in it what it put there, so comparing it with
 * the lockfile finds a missing, interrupted or outdated install without a stamp of our own that could disagree.
 */
function isInstalled() {
  try {
    const read = file => JSON.parse(readFileSync(join(root, file), 'utf8')).packages
    const wanted = read('package-lock.json')
    const present = read('node_modules/.package-lock.json')
    for (const [path, entry] of Object.entries(wanted)) {
      if (path === '' || (entry.optional && !present[path])) continue
      if (!present[path] || present[path].version !== entry.version || present[path].integrity !== entry.integrity)
        return false
    }
    const isExpected = ([path, entry]) => wanted[path] || entry.optional
    return Object.entries(present).every(isExpected) && existsSync(node)
  } catch {
    return false
  }
}

/**
 * Not `npm ci`: it refuses a lockfile that lacks the optional packages of platforms other than the one it was made on. This
 * takes the same versions from the lockfile, adds this platform's, and writes nothing but node_modules.
 */
function install() {
  console.log('Installing the packages of package-lock.json...')
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  const done =
    npm && /\.[cm]?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
      : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (done.status !== 0) {
    console.error('npm install failed: nothing was started.')
    process.exit(done.status || 1)
  }
}

const [script, ...args] = process.argv.slice(2)
if (!script) {
  console.error('usage: node dev/bootstrap.mjs <script.ts> [args]')
  process.exit(2)
}
if (!isInstalled()) install()

const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: bin + delimiter + (process.env.PATH || '') },
})
// Ctrl-C reaches the whole process group, and npm passes it on once more: scripts count signals less than a second apart
// as one (dev/signals.ts). This process only has to outlive its child and end as it ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', error => {
  console.error(`${node} could not be started: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] || 0) : (code ?? 1)))
