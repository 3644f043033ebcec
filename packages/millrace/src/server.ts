export * from '@millrace/server'
