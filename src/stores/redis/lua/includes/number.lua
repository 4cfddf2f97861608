-- Numbers as JSON text: cjson and tostring print large ones with an exponent and lose digits.

local function integer(number)
  return string.format('%.0f', number)
end
