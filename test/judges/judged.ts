import { createRequire } from 'node:module'
import { sandboxControl } from '../../dev/sandbox/control-client.ts'
import type { SandboxPerson } from '../../dev/sandbox/platform.ts'
import { platforms } from '../../dev/sandbox/platforms/index.ts'
import { approve, ownSandbox } from '../connections/accounts.ts'

// What the tests share in which platforms' own clients are pointed at the sandbox. The clients come without types that hold
// for what they answer here, and are taken as they are.

const require = createRequire(import.meta.url)
/** What a client gives, without a type. */
export type Untyped = ReturnType<typeof JSON.parse>

/** One sandbox for a whole file. */
export const sandbox = await ownSandbox()
export const control = sandboxControl(sandbox.url)
export const redirectUri = 'http://127.0.0.1:8080/callback'

/** A client's package. */
export const load = (name: string): Untyped => require(name)
/** The same where it is a module of its own kind. */
export const loadModule = (name: string): Promise<Untyped> => import(name)

const played = (id: string) => platforms.find(platform => platform.id === id)!
/** An app that is registered at a platform from the start. */
export const appOf = (id: string, at = 0) => played(id).apps![at]!
/** What a person gives who connects by a method. */
export const personOf = (id: string, method: string): SandboxPerson => played(id).people[method]!

/** A platform's host at the sandbox. */
export const at = (platform: string, host: string) => `${sandbox.url}/${platform}/${host}`
/** A platform's address at the sandbox. */
export const ledUrl = (platform: string, url: string) => url.replace(/^https:\/\//, `${sandbox.url}/${platform}/`)
/** `fetch` that leads to the sandbox what is meant for a platform. */
export const led = (platform: string) => (url: string | URL, init?: RequestInit) =>
  fetch(ledUrl(platform, String(url)), init)

/** The code that a person comes back with who has agreed at this address of a platform. */
export async function codeAt(platform: string, url: string, account?: string): Promise<string> {
  const back = await approve(ledUrl(platform, url), account === undefined ? {} : { account })
  return back.searchParams.get('code') ?? ''
}

/** What a client throws; fails where it throws nothing. */
export async function failure(work: Promise<unknown>): Promise<Untyped> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('it was not refused')
}

/** Sends what axios was to send to the platform to the sandbox. */
export const adapterTo = (platform: string) => {
  const axios = load('axios')
  const http = axios.getAdapter('http')
  return (config: Untyped) => {
    const { baseURL: _, ...rest } = config
    return http({ ...rest, url: ledUrl(platform, String(config.url)) })
  }
}
