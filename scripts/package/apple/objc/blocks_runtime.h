// GNUstep's headers include it where there are blocks. Nothing of it is used.
#pragma once
