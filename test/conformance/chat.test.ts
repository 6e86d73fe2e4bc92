import { conform } from './suite.ts'

await conform(['asana', 'discord', 'notion', 'slack', 'typeform'])
