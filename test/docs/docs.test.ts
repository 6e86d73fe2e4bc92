import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCodes } from '../../src/errors.ts'
import { proxyUrl } from '../../src/http/routes/connections/proxy.ts'
import { routesOf } from '../../src/http/routes.ts'
import type { Hub } from '../../src/hub.ts'
import { repositoryFiles, root } from '../architecture/source.ts'

const pages = repositoryFiles()
  .filter(path => path.endsWith('.md'))
  .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
const page = (path: string) => pages.find(one => one.path === path)?.text ?? ''

describe('the documentation', () => {
  it('lists every error code as it is', () => {
    const rows = [...page('docs/errors.md').matchAll(/^\| `(\w+)` +\| (\d+) +\| (yes|no) +\| (.*?) +\|$/gm)]
    const written = rows.map(([, code, status, again, message]) => [code, Number(status), again, message])
    const real = Object.entries(errorCodes).map(([code, { status, retryable, message }]) => [
      code,
      status,
      retryable ? 'yes' : 'no',
      message,
    ])
    expect(written).toEqual(real)
  })

  it('links only to what is there', () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)/g)]
        .filter(([, target]) => !existsSync(join(root, dirname(path), target!)))
        .map(([, target]) => `${path} -> ${target}`),
    )
    expect(broken).toEqual([])
  })

  it('shows a model as it is, where it says how one is added', () => {
    const [, path] = /whole \(`([^`]+)`\)/.exec(page('docs/sync.md'))!
    expect(page('docs/sync.md')).toContain(`\`\`\`ts\n${readFileSync(join(root, path!), 'utf8')}\`\`\``)
  })

  it('draws every part of the house, and sends nobody to a file that is not there', () => {
    const names = [...page('CONTRIBUTING.md').matchAll(/`([^`\s]+)`/g)].map(([, name]) => name!)
    const drawn = new Set(names)
    const parts = readdirSync(join(root, 'src'), { withFileTypes: true }).filter(entry => entry.isDirectory())
    expect(parts.map(({ name }) => name).filter(name => !drawn.has(name))).toEqual([])
    const paths = names.filter(name => /^(src|test|workflows|activities|docs)\//.test(name))
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([])
  })

  it('names only addresses of the API that exist', () => {
    // Which routes there are does not depend on a hub.
    const known = [...routesOf({ config: { http: {} } } as Hub).map(({ url }) => url), proxyUrl].map(parts)
    const named = pages.flatMap(({ path, text }) =>
      // What stands behind `/proxy` is the platform's.
      [...text.matchAll(/(?<!\/api)\/v1\/[\w/:$-]*[\w]/g)].map(([url]) => ({
        path,
        url: url.replace(/\/proxy\/.*$/, '/proxy'),
      })),
    )
    const unknown = named.filter(({ url }) => !known.some(route => fits(route, parts(url))))
    expect(named.length).toBeGreaterThan(20)
    expect(unknown.map(({ path, url }) => `${path}: ${url}`)).toEqual([])
  })
})

const parts = (url: string) => url.split('/').filter(part => part !== '')
const isVariable = (part: string) => part.startsWith(':') || part.startsWith('$') || /^[a-z]+_/.test(part)

function fits(route: string[], named: string[]): boolean {
  return (
    route.length === named.length &&
    route.every((part, index) => part === named[index] || (part.startsWith(':') && isVariable(named[index]!)))
  )
}
