import type { BrowserContext, Page } from 'playwright-core'
import { freePort } from '../../dev/processes/ports.ts'
import type { Hub } from '../../src/hub.ts'
import { createApp, type Connecting } from '../connections/accounts.ts'
import { startChromium } from '../support/chromium.ts'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../support/hub.ts'
import { stack } from '../support/stack.ts'
import { startTestWorkers } from '../support/workers.ts'
import { connectionOf } from './quickbooks.ts'

// What people see, in a real browser: the provider's consent page, the page they come back to, the API's documentation.

const found = await startChromium()
if (!found.browser) console.warn(`The tests of pages are skipped: ${found.reason}; CHROMIUM_PATH names one.`)
const describeInBrowser = found.browser ? describe : describe.skip

describeInBrowser('in a browser', () => {
  let hub: Hub
  let workspace: TestWorkspace
  let appId: string
  let context: BrowserContext
  let page: Page
  /** What the browser complained of on the hub's own pages: refused styles, scripts that failed. */
  let complaints: string[]

  beforeAll(async () => {
    const port = await freePort()
    hub = await createTestHub({ environment: { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` } })
    const app = await createTestServer(hub)
    await app.listen({ host: '127.0.0.1', port })
    await startTestWorkers(hub, ['workflows', 'connections'])
    workspace = await createWorkspace(hub, { redirectOrigins: [hub.config.http.publicUrl] })
    appId = await createApp(workspace, stack().sandboxUrl, 'quickbooks')
  })

  beforeEach(async () => {
    context = await found.browser!.newContext({ viewport: { width: 390, height: 700 } })
    page = await context.newPage()
    complaints = []
    page.on('pageerror', error => complaints.push(String(error)))
    page.on('console', message => {
      // The status of the page itself, which a page about a failure has, is told as an error too.
      const ofStatus = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !ofStatus) complaints.push(message.text())
    })
  })
  afterEach(() => context.close())
  afterAll(() => found.browser?.close())

  async function begin(body: Record<string, unknown> = {}): Promise<Connecting> {
    const begun = await workspace.request<Connecting>('POST', '/v1/connections', {
      ...{ provider: 'quickbooks', providerAppId: appId, ...body },
    })
    expect(begun.status).toBe(201)
    return begun.body
  }

  /** Opens the provider's page and answers it; gives the answer of the page that the person ends at. */
  async function answerConsent({ authorizationUrl }: Connecting, button: 'Connect' | 'Cancel') {
    await page.goto(authorizationUrl)
    await fits()
    await page.getByRole('button', { name: button }).click()
    await page.waitForURL(url => url.origin === hub.config.http.publicUrl)
  }

  /** Nothing is cut off or has to be scrolled to sideways, on a phone either. */
  async function fits(): Promise<void> {
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  }

  it('connects an account, and tells the person so', async () => {
    const begun = await begin()
    await answerConsent(begun, 'Connect')
    const status = page.getByRole('status')
    expect(await status.getByRole('heading').textContent()).toBe('QuickBooks Online is connected')
    expect(await status.textContent()).toContain('close this window')
    await fits()
    // Its style was not refused by its own policy.
    const borderRadius = "getComputedStyle(document.querySelector('main')).borderRadius"
    expect(await page.evaluate(borderRadius)).toBe('12px')
    expect(complaints).toEqual([])
    expect((await connectionOf(workspace, begun.connection.id)).status).toBe('connected')
  })

  it('tells a person who cancelled what she did, and tells it again when she reloads', async () => {
    const begun = await begin()
    await answerConsent(begun, 'Cancel')
    const alert = page.getByRole('alert')
    expect(await alert.textContent()).toContain('You did not allow access')
    await fits()
    await page.reload()
    expect(await alert.textContent()).toContain('You did not allow access')
    expect(complaints).toEqual([])
    expect((await connectionOf(workspace, begun.connection.id)).status).toBe('error')
  })

  it('refuses a person who comes back too late', async () => {
    const begun = await begin()
    await page.goto(begun.authorizationUrl)
    await hub.pool.query(`update connect_attempts set expires_at = now() - interval '1 second' where id = $1`, [
      begun.attemptId,
    ])
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.waitForURL(url => url.origin === hub.config.http.publicUrl)
    expect(await page.getByRole('alert').textContent()).toContain('It took too long')
  })

  it('sends the person back to where the product asked for, without the code', async () => {
    const returnUrl = `${hub.config.http.publicUrl}/health`
    const begun = await begin({ returnUrl })
    await answerConsent(begun, 'Connect')
    await page.waitForURL(url => url.pathname === '/health')
    const shown = new URL(page.url())
    expect(Object.fromEntries(shown.searchParams)).toEqual({
      ...{ status: 'connected', attempt: begun.attemptId, connection: begun.connection.id },
    })
  })

  it('shows the documentation of every resource, with nothing from elsewhere', async () => {
    const elsewhere: string[] = []
    page.on('request', request => {
      if (!/^(data:|http:\/\/127\.0\.0\.1:)/.test(request.url())) elsewhere.push(request.url())
    })
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.goto(`${hub.config.http.publicUrl}/docs`)
    await page.getByRole('heading', { name: 'Causeway' }).waitFor()
    // Each resource opens at a click; all of them open at once would be more than a browser draws.
    for (const resource of ['Connections', 'Syncs', 'Records', 'Endpoints', 'Events', 'Deliveries']) {
      const section = page.locator('.opblock-tag-section').filter({ hasText: new RegExp(`^${resource}`) })
      await section.locator('.opblock-tag').first().click()
      await section.locator('.opblock').first().waitFor()
    }
    expect(await page.locator('.topbar').isVisible()).toBe(false)
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })
})
