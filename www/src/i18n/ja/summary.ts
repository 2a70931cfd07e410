// The Japanese words of what is in the files.
import type { Strings } from "../en/index.js";
import { protect } from "./protect.js";

export const ready: Strings["ready"] = {
  heading: (name, others, f) => (others === 0 ? name : `${name} とほか${f.number(others)}個のファイル`),
  participants: (n, f) => `参加者${f.number(n)}人`,
  announce: (found, problems, f) =>
    `読み込みが終わりました。${found}。${problems ? `問題が${f.number(problems)}件見つかりました` : "問題は見つかりませんでした"}。`,
  facts: { participants: "参加者", bots: "うちボット", classes: "クラス", rows: "データベースの行", sessions: "セッション", players: "プレイヤー", groups: "グループ", changes: "変更", span: "期間", none: "時刻なし" },
  tabs: { label: "作業の選択", export: "エクスポート", players: "プレイヤー", pictures: "グラフ", protect: protect.tab },
  localTimes: (zone) => `このページの時刻：${zone}`,
  parts:
    "このファイルは、Windrow がそのために使うメモリより大きいものです。そのため何度か読み込みます。ZIP を作るときにもう一度（内容は同じです）、またセッションを見るたびに読みます。ZIP の内容は事前には一覧されず、≈ の付いた値の種類の数はおおよその数です。共有の準備には、これまでどおりすべてを一度にメモリに置く必要があります。足りない場合は、コマンドラインを使ってください。",
};

export const sessions: Strings["sessions"] = {
  heading: "セッション",
  all: "すべてのセッション",
  columns: { name: "セッション", players: "プレイヤー", groups: "グループ", models: "モデル", changes: "変更", span: "期間" },
  chosen: (n, all, f) => `${f.number(all)}件中${f.number(n)}件を選択`,
  count: (n, f) => `セッション${f.number(n)}件`,
  find: "セッションを検索",
};

export const classes: Strings["classes"] = {
  heading: "クラス",
  columns: { name: "クラス", rows: "行", columns: "列" },
  show: (name) => `${name} を見る`,
};

export const database: Strings["database"] = { heading: "データベースの表", columns: { name: "表", rows: "行" } };

export const notes: Strings["notes"] = {
  heading: "データベースからは分からないこと",
  lead: "実験のコードがないと、データから推測するしかないことがあります。ZIPのREADMEにも記載されます。",
  columns: { what: "クラスまたは列", text: "分からないこと" },
};

export const fields: Strings["fields"] = {
  heading: "フィールド",
  summary: (n, f) => `${f.number(n)}個のフィールド`,
  columns: { kind: "所属", field: "フィールド", changes: "変更", distinct: "異なる値", deletions: "削除", storages: "存在する場所", types: "型" },
  find: "フィールドを検索",
  nothing: "名前にこれを含むフィールドはありません。",
};

export const files: Strings["files"] = { heading: "ファイル", columns: { path: "ファイル", role: "種類", size: "サイズ" } };
