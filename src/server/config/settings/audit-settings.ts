/** Settings of the audit log. */
import { laxBoolean, text } from '../value-kinds.ts';
import { optional, property } from './setting.ts';

export const auditSettings = {
  isEnabled: property('audit.enable', {
    kind: laxBoolean,
    default: false,
    meaning: 'Write an audit log.',
  }),
  className: property('audit.impl.class', {
    kind: optional(text),
    default: null,
    defaultText: 'Slf4jAuditLogger',
    support: 'accepted',
    meaning: 'Class of the audit log; there is one only.',
  }),
  file: property('auditlog.file', {
    kind: optional(text),
    default: null,
    defaultText: 'none',
    meaning: 'File of the audit log, in `log.dir`; without it the audit log is part of the log.',
  }),
  directory: property('log.dir', {
    kind: text,
    default: '.',
    meaning: 'Directory of the audit log; the log itself goes to standard error.',
  }),
};
