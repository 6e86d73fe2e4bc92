import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import { platforms } from './platforms/index.ts'
import { checkDefinition } from './check-definition.ts'
import type { ProviderDefinition } from './schema/definition.ts'

/** Where definitions come from that a workspace has of its own. What they give is checked by the schema. */
export interface DefinitionSource {
  /** What a workspace calls by this id; undefined when that is nothing. */
  find(db: Executor, workspaceId: string, id: string): Promise<unknown>
  /** All of a workspace's, of which there is a bounded number. */
  list(db: Executor, workspaceId: string): Promise<unknown[]>
}

export interface DefinitionsOptions {
  /** The platforms that every workspace has. */
  catalogue?: readonly ProviderDefinition[]
  sources?: readonly DefinitionSource[]
  /** For how long another process may work with what has been changed in this one. */
  keptForMs?: number
  mostKept?: number
}

interface Kept {
  definition: ProviderDefinition | undefined
  until: number
}

/**
 * The definitions that one process works with: the catalogue's, and those that a workspace has of its own, which are kept for
 * a while. An id of the catalogue's is nobody else's: a workspace's own definition under it is never looked at.
 */
export class Definitions {
  /** In the order of their ids. */
  readonly catalogue: readonly ProviderDefinition[]
  readonly #byId: ReadonlyMap<string, ProviderDefinition>
  readonly #sources: readonly DefinitionSource[]
  readonly #keptForMs: number
  readonly #mostKept: number
  readonly #kept = new Map<string, Kept>()

  constructor({ catalogue = platforms, sources = [], keptForMs = 10_000, mostKept = 1_000 }: DefinitionsOptions = {}) {
    this.catalogue = catalogue
    this.#byId = new Map(catalogue.map(definition => [definition.id, definition]))
    this.#sources = sources
    this.#keptForMs = keptForMs
    this.#mostKept = mostKept
  }

  /** Whether an id means the same in every workspace. */
  isCommon(id: string): boolean {
    return this.#byId.has(id)
  }

  /**
   * What an id means in a workspace; with null only the catalogue's own definitions are looked at. Undefined when there is
   * none. @throws HubError `INVALID_PROVIDER` when what is stored is no definition
   */
  async find(db: Executor, workspaceId: string | null, id: string): Promise<ProviderDefinition | undefined> {
    const common = this.#byId.get(id)
    if (common || workspaceId === null || this.#sources.length === 0) return common
    const key = JSON.stringify([workspaceId, id])
    const kept = this.#kept.get(key)
    if (kept && kept.until > Date.now()) return kept.definition
    const definition = await this.#ask(db, workspaceId, id)
    this.#kept.delete(key)
    this.#kept.set(key, { definition, until: Date.now() + this.#keptForMs })
    if (this.#kept.size > this.#mostKept) this.#kept.delete(this.#kept.keys().next().value!)
    return definition
  }

  /** Every definition that a workspace can use, in the order of their ids. What is stored and is no definition is left out. */
  async list(db: Executor, workspaceId: string): Promise<ProviderDefinition[]> {
    const own = new Map<string, ProviderDefinition>()
    for (const source of this.#sources) {
      for (const stored of await source.list(db, workspaceId)) {
        const checked = checkDefinition(stored)
        if (checked.faults) continue
        const { definition } = checked
        if (!this.isCommon(definition.id) && !own.has(definition.id)) own.set(definition.id, definition)
      }
    }
    return [...this.catalogue, ...own.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1))
  }

  /** Makes this process look again for what a workspace calls by an id, after it has changed. */
  forget(workspaceId: string, id: string): void {
    this.#kept.delete(JSON.stringify([workspaceId, id]))
  }

  async #ask(db: Executor, workspaceId: string, id: string): Promise<ProviderDefinition | undefined> {
    for (const source of this.#sources) {
      const stored = await source.find(db, workspaceId, id)
      if (stored === undefined) continue
      const checked = checkDefinition(stored)
      if (checked.faults) {
        const message = 'The definition of this provider is not valid.'
        throw new HubError('INVALID_PROVIDER', { message, details: checked.faults })
      }
      if (checked.definition.id === id) return checked.definition
    }
    return undefined
  }
}
