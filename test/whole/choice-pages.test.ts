import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { freePort } from '../../dev/processes/ports.ts'
import { Definitions } from '../../src/catalogue/definitions.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import type { Hub } from '../../src/hub.ts'
import { definitionOf } from '../calls/made.ts'
import { sites, startSites, type SitesPlatform } from '../connections/choosing.ts'
import { madeApp } from '../grants/made.ts'
import { startChromium } from '../support/chromium.ts'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'

// The pages that a person comes back to, in a real browser: light and dark, narrow, without script.

const found = await startChromium()
if (!found.browser) console.warn(`The tests of pages are skipped: ${found.reason}; CHROMIUM_PATH names one.`)
const describeInBrowser = found.browser ? describe : describe.skip
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** What was seen, for who looks at it; git does not keep it. */
const shots = join(import.meta.dirname, '../../coverage/pages')

describeInBrowser('in a browser', () => {
  let hub: Hub
  let workspace: TestWorkspace
  let platform: SitesPlatform
  let providerAppId: string

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true })
    const port = await freePort()
    hub = await createTestHub({
      environment: { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` },
      definitions: new Definitions({ catalogue: [definitionOf({ id: 'sites', ...sites })] }),
      connectionSettings: { ...connectionSettings, callbackWaitMs: 30_000 },
    })
    const app = await createTestServer(hub)
    await app.listen({ host: '127.0.0.1', port })
    await startTestWorkers(hub, ['workflows', 'connections'])
    workspace = await createWorkspace(hub)
    platform = await startSites()
    platform.open = [
      { id: 's-1', title: 'Ann’s shop', url: 'https://ann.example', token: 'page-1' },
      { id: 's-2', title: 'A shop whose name is rather long and goes on until it has to be broken', token: 'page-2' },
    ]
    providerAppId = await madeApp(hub, workspace, platform, 'sites')
  })
  afterAll(() => found.browser?.close())

  /** Has a person begin; gives the page as it is when the platform has sent them on, and where they come back to. */
  async function begin(colorScheme: 'light' | 'dark') {
    const options = { viewport: { width: 360, height: 640 }, colorScheme }
    const context = await found.browser!.newContext({ ...options, javaScriptEnabled: false })
    const { body } = await workspace.request<{ connectUrl: string; authorizationUrl: string; attemptId: string }>(
      'POST',
      '/v1/connections',
      { provider: 'sites', providerAppId },
    )
    const page = await context.newPage()
    // Where the platform's page is, there is nothing to look at.
    await page.goto(body.connectUrl)
    const state = new URL(body.authorizationUrl).searchParams.get('state')!
    return { ...body, page, callback: `${hub.config.http.publicUrl}/oauth/callback/sites?state=${state}` }
  }

  /** Looks at a page as a person does, and as axe does; the latter in a browser of its own that runs script. */
  async function look(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(shots, `${name}.png`) })
    const context = await found.browser!.newContext({ viewport: { width: 360, height: 640 }, bypassCSP: true })
    const copy = await context.newPage()
    await copy.emulateMedia({ colorScheme: name.endsWith('dark') ? 'dark' : 'light' })
    await copy.setContent(await page.content())
    expect(await copy.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    await copy.evaluate(axe)
    const violations = await copy.evaluate<{ id: string }[]>('axe.run().then(({ violations }) => violations)')
    expect([name, violations.map(({ id }) => id)]).toEqual([name, []])
    await context.close()
  }

  it.each(['light', 'dark'] as const)('has a person choose by keyboard and without script (%s)', async scheme => {
    const { page, callback } = await begin(scheme)
    await page.goto(`${callback}&code=${scheme}`)
    expect(await page.getByRole('heading').textContent()).toBe('Which account of Sites?')
    await look(page, `choice-${scheme}`)
    await page.getByRole('radio', { name: /Ann/ }).focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('radio', { name: /rather long/ }).isChecked()).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sites is connected' }).waitFor()
    await look(page, `connected-${scheme}`)
    await page.context().close()
  })

  it.each(['light', 'dark'] as const)('tells who denied, who is late and who is another (%s)', async scheme => {
    const denied = await begin(scheme)
    await denied.page.goto(`${denied.callback}&error=access_denied`)
    expect(await denied.page.getByRole('alert').textContent()).toContain('You did not allow access')
    await look(denied.page, `denied-${scheme}`)
    const late = await begin(scheme)
    await hub.pool.query(`update connect_attempts set expires_at = now() - interval '1 second' where id = $1`, [
      late.attemptId,
    ])
    await late.page.goto(`${late.callback}&code=late`)
    expect(await late.page.getByRole('alert').textContent()).toContain('It took too long')
    await look(late.page, `expired-${scheme}`)
    const victim = await begin(scheme)
    await victim.page.goto(`${(await begin(scheme)).callback}&code=of-another`)
    expect(await victim.page.getByRole('alert').textContent()).toContain('begun in another browser')
    await look(victim.page, `another-browser-${scheme}`)
  })
})
