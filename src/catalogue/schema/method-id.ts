import { slug } from './values.ts'

export const methodId = slug.describe('What the method is called; unique within the platform')
