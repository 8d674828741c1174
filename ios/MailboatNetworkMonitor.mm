#import "MailboatStart.h"

#import "MailboatPlatform.h"

#import <Foundation/Foundation.h>
#import <Network/Network.h>

/// What carries the path. A VPN is "other" beside what it runs over, so that is asked last.
static MailboatNetworkKind InterfaceOf(nw_path_t path)
{
  if (nw_path_uses_interface_type(path, nw_interface_type_wifi)) {
    return MailboatNetworkWifi;
  }
  if (nw_path_uses_interface_type(path, nw_interface_type_wired)) {
    return MailboatNetworkEthernet;
  }
  if (nw_path_uses_interface_type(path, nw_interface_type_cellular)) {
    return MailboatNetworkCellular;
  }
  return MailboatNetworkOther;
}

static MailboatNetworkKind KindOf(nw_path_t path)
{
  switch (nw_path_get_status(path)) {
    case nw_path_status_satisfied:
      return InterfaceOf(path);
    case nw_path_status_unsatisfied:
      return MailboatNetworkNone;
    case nw_path_status_satisfiable:
      // Nothing yet, but a connection may bring it up, as it does a VPN on demand.
    default:
      return MailboatNetworkUnknown;
  }
}

void mailboat::watchNetwork()
{
  // It is never cancelled, so it lives as long as the app.
  static nw_path_monitor_t monitor = nw_path_monitor_create();
  nw_path_monitor_set_queue(monitor, dispatch_queue_create("mailboat.network", DISPATCH_QUEUE_SERIAL));
  nw_path_monitor_set_update_handler(monitor, ^(nw_path_t path) {
    // Dear, or in Low Data Mode.
    const bool metered = nw_path_is_expensive(path) || nw_path_is_constrained(path);
    // iOS does not say whether the network leads to the internet.
    mailboat_set_network(KindOf(path), metered ? MailboatYes : MailboatNo, MailboatUnsaid);
  });
  nw_path_monitor_start(monitor);
}
