import { readdirSync, readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { startChromium } from '../support/chromium.ts'
import { fontFolder } from '../support/fonts.ts'

// A machine may have no font at all, or others: neither may change what the tests of pages see.

const onLinux = process.platform === 'linux' ? describe : describe.skip

onLinux('the browser of the tests', () => {
  let browser: Browser

  beforeAll(async () => {
    const found = await startChromium()
    if (!found.browser) throw new Error(found.reason)
    browser = found.browser
  })
  afterAll(() => browser?.close())

  it('draws fields of a form, and every family, with the fonts that the tests bring', async () => {
    const page = await browser.newPage()
    await page.setContent(`<body>
      <p style="font-family: sans-serif">sans</p><p style="font-family: serif">serif</p>
      <p style="font-family: monospace">mono</p><p style="font-family: 'Liberation Sans', system-ui">system</p>
      <input value="field"><select><option>choice</option></select><button>button</button>
    </body>`)
    expect((await page.screenshot()).length).toBeGreaterThan(1_000)
    const session = await page.context().newCDPSession(page)
    const { root } = await session.send('DOM.getDocument', { depth: -1 })
    await session.send('DOM.enable')
    await session.send('CSS.enable')
    const { nodeIds } = await session.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector: 'p, button' })
    const used = await Promise.all(nodeIds.map(nodeId => session.send('CSS.getPlatformFontsForNode', { nodeId })))
    const families = used.flatMap(({ fonts }) => fonts.map(font => font.familyName))
    expect(families).toHaveLength(5)
    expect(families.slice(0, 3)).toEqual(['DejaVu Sans', 'DejaVu Serif', 'DejaVu Sans Mono'])
    for (const family of families) expect(family).toMatch(/^DejaVu /)
    const opened = openedFonts()
    expect(opened.length).toBeGreaterThan(0)
    expect(opened.filter(file => !file.startsWith(fontFolder))).toEqual([])
  })
})

/** The font files that this process's descendants have mapped into memory. */
function openedFonts(): string[] {
  const maps = descendants(process.pid).map(pid => read(`/proc/${pid}/maps`))
  const files = maps.flatMap(text => text.match(/\/.*\.(?:ttf|otf|ttc|pfb)$/gm) ?? [])
  return [...new Set(files)]
}

function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => ({ pid: Number(name), parent: Number(/\) \S (\d+)/.exec(read(`/proc/${name}/stat`))?.[1]) }))
  const children = (of: number): number[] =>
    parents.filter(({ parent }) => parent === of).flatMap(child => [child.pid, ...children(child.pid)])
  return children(pid)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // the process has just ended
  }
}
