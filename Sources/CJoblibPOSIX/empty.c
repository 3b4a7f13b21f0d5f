#include "CJoblibPOSIX.h"
