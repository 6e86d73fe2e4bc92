import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { startProduct, type Product } from '../../dev/product.ts'
import { root } from '../architecture/source.ts'
import { bundlePath } from '../support/stack.ts'

/** In the order in which a reader comes to them. */
const pages = [
  'README.md',
  'docs/getting-started.md',
  'docs/connections.md',
  'docs/moving-from-nango.md',
  'docs/moving-your-own-tables.md',
  'docs/syncs.md',
  'docs/sync/matching.md',
  'docs/rules.md',
  'docs/records.md',
  'docs/sync/history.md',
  'docs/inbound-webhooks.md',
  'docs/webhooks.md',
  'docs/deliveries.md',
  'docs/receiving-webhooks.md',
  'docs/api.md',
  'docs/errors.md',
  'docs/providers.md',
  'docs/operations.md',
  'docs/performance.md',
]

/** Answers that a page asks for and shows as refused. */
const refused = [{ page: 'docs/getting-started.md', code: 'INVALID_CREDENTIALS' }]

const run = promisify(execFile)

interface Made {
  method: string
  url: string
  status: number
  text: string
}

const folder = mkdtempSync(join(tmpdir(), 'causeway-docs-'))
chmodSync(folder, 0o755)
let product: Product

beforeAll(async () => {
  product = await startProduct({ home: join(folder, 'home'), usualPorts: false, bundle: bundlePath() })
}, 180_000)
afterAll(async () => {
  await product.stack.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('the pages', () => {
  it('are made of calls that all succeed, in one shell, in the order of reading', async () => {
    const calls = join(folder, 'calls')
    const script = join(folder, 'pages.sh')
    const blocks = pages.flatMap(page => blocksOf(page).map(text => `printf '%s\n' '# ${page}' >> "$CALLS"\n${text}`))
    expect(blocks.length).toBeGreaterThan(30)
    // A variable that no page sets is an error.
    writeFileSync(script, `set -u\n${variables()}${blocks.join('\n')}\n`)
    writeFileSync(calls, '')
    // Not spawnSync: the receiver that the calls ask runs in this process.
    const done = await run('sh', [script], {
      cwd: folder,
      env: { PATH: [programs(), process.env.PATH].join(delimiter), CALLS: calls, HOME: folder },
    })
    expect(done.stderr).toBe('')
    const made = callsOf(readFileSync(calls, 'utf8'))
    const wrong = made.filter(
      ({ page, status, text }) => status >= 400 && !refused.some(one => one.page === page && text.includes(one.code)),
    )
    expect(wrong).toEqual([])
    expect(made.filter(({ url }) => /null|\/\/v1|undefined/.test(url))).toEqual([])
    expect(made.length).toBeGreaterThan(40)
  }, 300_000)
})

/** What a reader would paste; what starts processes or takes files of the reader's own is in blocks without a language. */
function blocksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8')
  const found = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!)
  return found
    .filter(block => !/^npm /m.test(block))
    .map(block => block.replace(/^(API|SANDBOX|RECEIVER|ADMIN_KEY)=.*$/gm, ''))
}

/** What the start of the product printed. */
function variables(): string {
  const { stack, apiUrl } = product
  return `API=${apiUrl}\nSANDBOX=${stack.sandbox.url}\nRECEIVER=${stack.receiver.url}\nADMIN_KEY=${stack.secrets.adminKey}\n`
}

/** A folder with stand-ins for the programs that the pages use, and that a machine may lack. */
function programs(): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const name of ['curl', 'jq', 'openssl']) {
    const script = join(root, 'test', 'docs', 'bin', `${name}.mjs`)
    writeFileSync(join(bin, name), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, { mode: 0o755 })
  }
  return bin
}

function callsOf(log: string): (Made & { page: string })[] {
  let page = ''
  return log
    .trim()
    .split('\n')
    .flatMap(line => {
      if (!line.startsWith('# ')) return [{ ...(JSON.parse(line) as Made), page }]
      page = line.slice(2)
      return []
    })
}
