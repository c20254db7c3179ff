import type { Words } from './en.ts'
import { grammarOf } from './grammar.ts'

const { ago, number } = grammarOf('zh-CN')

/** 简体中文：房间。 */
export const rooms: Words['rooms'] = {
  title: '房间',
  mine: '你的房间',
  noneOfMine: '你还没有进任何房间。',
  toJoin: '对你开放的',
  noneToJoin: '没有别的房间可以加入了。',
  foundNothing: (query) => `你的房间和开放的房间里，没有叫“${query}”的。`,
  search: '搜索',
  searchHint: '名字的一部分',
  clear: '清除',
  more: '更多房间',
  all: '全部房间',
  unread: (count) => `${number(count)} 条未读消息`,
  kinds: { open: '开放', private: '私密', direct: '私聊' },
  archived: '已归档',
  join: '加入',
  make: {
    heading: '开一个房间',
    name: '名字',
    nameHint: '说说它是做什么的，最多 48 个字符。',
    topic: '话题',
    topicHint: '名字下面的一行，可以不填。',
    kind: '谁可以进',
    kinds: { open: '馆内每个成员', private: '由里面的成员带进来的人' },
    submit: '开这个房间',
  },
  direct: {
    heading: '给谁写',
    about: '同样的人总是回到同一个房间。',
    people: '名字',
    peopleHint: '一个，或者几个，用逗号隔开。',
    submit: '打开房间',
    room: '私聊房间',
  },
}

/** 简体中文：房间里的人。 */
export const people: Words['people'] = {
  title: (room) => `${room} 里的人`,
  link: '成员',
  hereNow: '在座',
  away: '离席',
  everyone: '房间里的每个人',
  ago,
  count: (count) => `${number(count)} 人`,
  you: '你',
  roles: { host: '房主' },
  more: '更多人',
  invite: {
    heading: '带人进来',
    about: '以前说过的，他们也看得到。',
    name: '名字',
    submit: '带进来',
  },
  remove: '请出去',
  makeHost: '设为房主',
  endHost: '不再是房主',
  level: {
    heading: '这里的什么会叫你',
    choices: { everything: '全部消息', mentions: '提到我的', nothing: '什么都不' },
    submit: '就用这个',
  },
  leave: {
    heading: '离开',
    open: '想回来随时可以。',
    private: '要再回来，得有人再带你进来。',
    submit: '离开这个房间',
  },
  join: '你在这里旁听。加入以后，它就在你的房间里了。',
}

/** 简体中文：一个人。 */
export const profile: Words['profile'] = {
  about: '介绍自己的一行',
  aboutHint: '馆内每个人都看得到。',
  save: '就写这些',
  write: '给对方写',
  inCommon: '你们都在的房间',
  noneInCommon: '你们还没有都在的房间。',
  blocking: '屏蔽',
  blockAbout: '对方在房间里说的话会为你收起来。不会告诉任何人。',
  blocked: '对方在房间里说的话已经为你收起来了。点那一行的编号，可以看到内容。',
  block: '屏蔽',
  unblock: '取消屏蔽',
}

/** 简体中文：房间的设置。 */
export const settings: Words['settings'] = {
  title: (room) => `${room} 的设置`,
  link: '设置',
  name: '名字',
  slug: '地址',
  slugHint: '小写字母、数字和连字符。旧链接仍然通到这里。',
  topic: '话题',
  kind: '谁可以进',
  slow: '慢速模式',
  slowHint: '每个人两条消息之间要等多久。房主不用等。',
  wait: (seconds) => {
    if (seconds === 0) return '关闭'
    if (seconds % 3_600 === 0) return `${number(seconds / 3_600)} 小时`
    return seconds % 60 === 0 ? `${number(seconds / 60)} 分钟` : `${number(seconds)} 秒`
  },
  locked: '谁说话',
  lock: { no: '里面的每个人', yes: '只有房主' },
  archived: '归档',
  archive: { no: '在用', yes: '已归档，只能看' },
  submit: '改房间',
}

/** 简体中文：代替输入框。 */
export const closed: Words['closed'] = {
  archived: '这个房间已经归档。还可以看，但不再说话。',
  locked: '这个房间已经锁定，现在只有房主能说话。',
}
