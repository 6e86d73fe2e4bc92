import type { Executor } from '../db/database.ts'
import type { Foundation } from '../foundation.ts'

/** Something made with an app, of a feature that provider apps know nothing of. */
export interface AppUser {
  /** Whether secrets would go along if the app moved. */
  isUsing(db: Executor, workspaceId: string, providerAppId: string): Promise<boolean>
  /** Lets what is over forget the app, so that it can be deleted. */
  release(db: Executor, workspaceId: string, providerAppId: string): Promise<void>
}

/** What provider apps work with. */
export interface ProviderAppParts extends Foundation {
  appUsers: AppUser[]
}
