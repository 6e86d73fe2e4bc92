import type { Company, Entity, Place } from './entities.ts'

/** What the query of a write asks for besides. */
export interface Asked {
  /** `include=allowduplicatedocnum`. */
  allowsDuplicateNumber: boolean
}

/** What is kept of an entity after a write, and where. */
export interface Settled {
  place: Place
  entity: Entity
}

/** One kind of entity, such as `Customer`. */
export interface Kind {
  name: string
  /** It can be deleted; a name of a list can only be made inactive. */
  isTransaction: boolean
  /** The members that it has: any other is refused. */
  members: ReadonlySet<string>
  /** What stays of it where a whole update leaves it out. */
  kept: readonly string[]
  /** Completes an entity that is made, or has become this; throws faults. */
  settle(company: Company, next: Entity, before: Entity | undefined): Settled
  /** What a write of it changes in others. */
  after?(company: Company, now: Entity | undefined, before: Entity | undefined): void
}

export const everyMember = ['domain', 'sparse', 'Id', 'SyncToken', 'MetaData', 'status', 'CustomField'] as const
