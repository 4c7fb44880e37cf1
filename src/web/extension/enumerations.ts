/** Values by their names in capitals, as Chrome's bindings make them: `upgradeScheme` is `UPGRADE_SCHEME`. */
export const enumeration = (values: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    values.split(/\s+/).map((value) => [
      value
        .replace(/([a-z])([A-Z])/g, "$1_$2")
        .replaceAll("-", "_")
        .toUpperCase(),
      value,
    ]),
  );

/** Those of the namespaces that are played. */
export const ENUMERATIONS = {
  runtime: {
    OnInstalledReason: enumeration("install update chrome_update shared_module_update"),
    OnRestartRequiredReason: enumeration("app_update os_update periodic"),
    PlatformOs: enumeration("mac win android cros linux openbsd fuchsia"),
    PlatformArch: enumeration("arm arm64 x86-32 x86-64 mips mips64 riscv64"),
    RequestUpdateCheckStatus: enumeration("throttled no_update update_available"),
    ContextType: enumeration("TAB POPUP BACKGROUND OFFSCREEN_DOCUMENT SIDE_PANEL DEVELOPER_TOOLS"),
  },
  tabs: {
    TabStatus: enumeration("unloaded loading complete"),
    MutedInfoReason: enumeration("user capture extension"),
    WindowType: enumeration("normal popup panel app devtools"),
  },
  windows: {
    WindowType: enumeration("normal popup panel app devtools"),
    WindowState: enumeration("normal minimized maximized fullscreen locked-fullscreen"),
    CreateType: enumeration("normal popup panel"),
  },
  scripting: { ExecutionWorld: enumeration("ISOLATED MAIN"), StyleOrigin: enumeration("AUTHOR USER") },
  declarativeNetRequest: {
    RuleActionType: enumeration("block redirect allow upgradeScheme modifyHeaders allowAllRequests"),
    ResourceType: enumeration(
      "main_frame sub_frame stylesheet script image font object xmlhttprequest ping csp_report media websocket " +
        "webtransport webbundle other",
    ),
    RequestMethod: enumeration("connect delete get head options patch post put other"),
    HeaderOperation: enumeration("append set remove"),
    DomainType: enumeration("firstParty thirdParty"),
    UnsupportedRegexReason: enumeration("syntaxError memoryLimitExceeded"),
  },
  contextMenus: {
    ContextType: enumeration(
      "all page frame selection link editable image video audio launcher browser_action page_action action",
    ),
    ItemType: enumeration("normal checkbox radio separator"),
  },
  notifications: {
    TemplateType: enumeration("basic image list progress"),
    PermissionLevel: enumeration("granted denied"),
  },
} as const;
