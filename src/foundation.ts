import type { Client } from '@temporalio/client'
import type pg from 'pg'
import type { Definitions } from './catalogue/definitions.ts'
import type { Config } from './config.ts'
import type { CredentialStore } from './credentials/store.ts'
import type { Database } from './db/database.ts'
import type { Logger } from './logger.ts'
import type { Outgoing } from './outgoing/agent.ts'

/** What every feature works with, and what those on the ground make do with. */
export interface Foundation {
  config: Config
  log: Logger
  pool: pg.Pool
  db: Database
  credentials: CredentialStore
  temporal: Client
  /** What platforms are. */
  definitions: Definitions
  /** Calls to other hosts: bounded, and guarded against private addresses. */
  outgoing: Outgoing
}
