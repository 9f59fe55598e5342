// SPDX-License-Identifier: MIT
#include "emulator/plmn/call_cause.hpp"

#include <algorithm>
#include <iterator>

namespace sim800 {
namespace {

struct Cause {
  int number;
  std::string_view text;
};
constexpr Cause causes[] = {
    {0, "No cause"},
    {1, "unassigned (unallocated) number"},
    {3, "no route to destination"},
    {6, "channel unacceptable"},
    {8, "operator determined barring"},
    {16, "normal call clearing"},
    {17, "user busy"},
    {18, "no user responding"},
    {19, "user alerting, no answer"},
    {21, "call rejected"},
    {22, "number changed"},
    {26, "non-selected user clearing"},
    {27, "destination out of order"},
    {28, "invalid number format (incomplete number)"},
    {29, "facility rejected"},
    {30, "response to STATUS ENQUIRY"},
    {31, "normal, unspecified"},
    {34, "emergency call not possible"},
    {38, "network out of order"},
    {41, "temporary failure"},
    {42, "switching equipment congestion"},
    {43, "access information discarded"},
    {44, "requested circuit/channel not available"},
    {47, "resource unavailable, unspecified"},
    {49, "quality of service unavailable"},
    {50, "Requested facility not subscribed"},
    {55, "Incoming calls barred within the CUG"},
    {57, "bearer capability not authorized"},
    {58, "bearer capability not presently available"},
    {63, "service or option not available, unspecified"},
    {65, "bearer service not implemented"},
    {68, "ACM equal to or greater than ACMmax"},
    {69, "Requested facility not implemented"},
    {70, "only restricted digital information bearer capability is available"},
    {79, "service or option not implemented,unspecified"},
    {81, "invalid transaction identifier value"},
    {87, "user not member of CUG"},
    {88, "incompatible destination"},
    {91, "invalid transit network selection"},
    {95, "semantically incorrect message"},
    {96, "invalid mandatory information"},
    {97, "message type non-existent or not implemented"},
    {98, "message type not compatible with protocol state"},
    {99, "information element non-existent or not implemented"},
    {100, "conditional IE error"},
    {101, "message not compatible with protocol state"},
    {102, "recovery on timer expiry"},
    {111, "protocol error, unspecified"},
    {127, "interworking, unspecified"},
};

}  // namespace

std::string_view text_of_cause(int number) {
  const auto* found = std::ranges::find(causes, number, &Cause::number);
  return found == std::end(causes) ? std::string_view() : found->text;
}

}  // namespace sim800
